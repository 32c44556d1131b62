import tempfile
import unittest
from pathlib import Path

import docs


class Docs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        for name, text in {
            'Makefile': 'run: prepared\n\ttrue\n',
            'docs/API.md': '# The API\n\n## Errors & codes\n',
            'packages/shared/crates/domain/src/lib.rs': '',
        }.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')

    def findings(self, text, name='README.md'):
        self.write(name, text)
        return docs.problems(self.root)

    def test_an_existing_path_or_target_is_accepted(self):
        for text in (
            'See `docs/API.md` and `packages/shared/crates/domain/src/lib.rs:12`.',
            'Every `packages/<package>/crates/*` and `packages/shared/{crates,crates/domain}/`.',
            'The binary is `dist/packages/backend/goody`.',
            '[the API](docs/API.md), [errors](docs/API.md#errors--codes), [here](#top), https://example.com\n# Top',
            '```\nmake run\n```\nand `make run GOODY_ADDR=127.0.0.1:9000`',
            'GET `/api/docs/` is a route, `curl http://127.0.0.1:8080/docs/x` too.',
        ):
            self.assertEqual(self.findings(text), [], text)

    def test_a_missing_path_is_reported(self):
        for text in (
            'See `docs/MISSING.md`.',
            '```sh\ncat packages/shared/nothing.json\n```',
            'Any `packages/*/nothing/*.rs`.',
            'Both `docs/{API,MISSING}.md`.',
            'It makes `dist/packages/backend/other`.',
        ):
            self.assertEqual(len(self.findings(text)), 1, text)

    def test_a_broken_link_is_reported(self):
        for text in ('[x](docs/MISSING.md)', '[x]: docs/MISSING.md', '[x](docs/API.md#gone)', '[x](../outside.md)', '![x](docs/a.png)'):
            self.assertEqual(len(self.findings(text)), 1, text)

    def test_links_are_relative_to_the_folder_of_the_document(self):
        self.assertEqual(self.findings('[the API](../../docs/API.md)', 'packages/shared/README.md'), [])
        self.assertEqual(len(self.findings('[the API](docs/API.md)', 'packages/shared/README.md')), 1)

    def test_a_missing_make_target_is_reported(self):
        self.assertEqual(len(self.findings('Type `make everything`.')), 1)

    def test_documents_of_installed_packages_are_not_checked(self):
        self.assertEqual(self.findings('[x](gone.md)', 'packages/shared/node_modules/tool/README.md'), [])


if __name__ == '__main__':
    unittest.main()
