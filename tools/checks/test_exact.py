import unittest

import exact

HASH = '--hash=sha256:' + 'a1' * 32


class Exact(unittest.TestCase):
    def test_a_range_in_a_manifest_is_refused(self):
        for version in ('^1.2.3', '~1.2.3', '1.x', '*', 'latest', '1.2', '>=1.2.3', 'file:../x'):
            findings = exact.manifest_problems('package.json', {'devDependencies': {'tool': version}})
            self.assertEqual(len(findings), 1, version)
        self.assertEqual(exact.manifest_problems('package.json', {'dependencies': {'a': '1.2.3', 'b': '2.0.0-rc.1'}}), [])

    def test_a_python_package_needs_an_exact_version_and_a_checksum(self):
        valid = f'# why\ntool==1.0.0 \\\n    {HASH} \\\n    {HASH}\nother==2.9.0.post0 ; sys_platform == "linux" \\\n    {HASH}\n'
        self.assertEqual(exact.requirement_problems('requirements.txt', valid), [])
        for line in ('tool==1.0.0', f'tool>=1.0.0 {HASH}', f'tool {HASH}', 'tool==1.0.0 --hash=md5:abc'):
            self.assertEqual(len(exact.requirement_problems('requirements.txt', line + '\n')), 1, line)

    def test_a_cargo_command_needs_locked(self):
        for command in ('cargo build --release', '@cargo run -p goody -- openapi', 'cd x && cargo test'):
            self.assertEqual(len(exact.cargo_problems('Makefile', f'\t{command}\n')), 1, command)
        for command in ('cargo build --locked', 'cargo fmt --all', 'target/tools/bin/cargo-machete packages', 'cargo-build'):
            self.assertEqual(exact.cargo_problems('Makefile', f'\t{command}\n'), [], command)


if __name__ == '__main__':
    unittest.main()
