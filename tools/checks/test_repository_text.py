import unittest

import repository_text

# Concatenated, so that this file passes the check.
HOME, WORK, REGISTRY = '/ho' + 'me/', '/wo' + 'rk/', 'registry.' + 'npmjs.org'


class RepositoryText(unittest.TestCase):
    def test_a_path_of_a_machine_is_reported_with_its_line(self):
        for text in (f'{HOME}someone/goody', f'see {WORK}main', f'"path": "{HOME}x"', f'file://{HOME}x', f'={WORK}x'):
            findings = repository_text.problems('notes.md', f'fine\n{text}\n')
            self.assertEqual(len(findings), 1, text)
            self.assertTrue(findings[0].startswith('notes.md:2: '), findings[0])

    def test_a_route_or_a_relative_path_is_accepted(self):
        for text in (f'https://example.com{HOME}page', f'packages{WORK}x', f'${{root}}{WORK}x', "'/home'", 'at /work.'):
            self.assertEqual(repository_text.problems('notes.md', text), [], text)

    def test_a_registry_is_reported(self):
        for text in (
            f'https://{REGISTRY}/nx',
            '"resolved": "http' + '://packages.internal/nx.tgz"',
            'registry' + '=https://packages.internal/',
            'source = "sparse' + '+https://packages.internal/index/"',
        ):
            self.assertEqual(len(repository_text.problems('a-file', text)), 1, text)

    def test_the_index_in_every_cargo_lock_is_accepted(self):
        self.assertEqual(repository_text.problems('Cargo.lock', 'source = "registry+https://github.com/rust-lang/crates.io-index"'), [])

    def test_own_fixtures_are_accepted(self):
        self.assertEqual(repository_text.problems('packages/shared/fixtures/events/demo-v1.ndjson', '{"eventId":"e-1"}'), [])


if __name__ == '__main__':
    unittest.main()
