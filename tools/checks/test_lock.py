import unittest

import lock


def a_lock(**packages):
    return {'packages': {'': {}, 'node_modules/tool': {'version': '1.0.0', **packages.pop('tool', {})}, **packages}}


class Lock(unittest.TestCase):
    def test_a_lock_that_names_its_host_is_refused(self):
        findings = lock.problems(a_lock(tool={'resolved': 'https://packages.example/tool-1.0.0.tgz'}))
        self.assertEqual(len(findings), 1)
        self.assertIn('make lock', findings[0])

    def test_a_workspace_link_is_no_host(self):
        self.assertEqual(lock.problems(a_lock(tool={'resolved': 'packages/tool', 'link': True})), [])

    def test_a_platform_left_out_is_refused(self):
        findings = lock.problems(a_lock(tool={'optionalDependencies': {'@tool/linux-x64-musl': '1.0.0'}}))
        self.assertIn('@tool/linux-x64-musl@1.0.0', findings[0])

    def test_completing_adds_the_platform_by_its_name(self):
        held = a_lock(tool={'dev': True, 'optionalDependencies': {'@tool/linux-x64-musl': '1.0.0'}})
        self.assertEqual(lock.complete(held), ['@tool/linux-x64-musl@1.0.0'])
        self.assertEqual(
            held['packages']['node_modules/@tool/linux-x64-musl'],
            {'version': '1.0.0', 'optional': True, 'dev': True, 'os': ['linux'], 'cpu': ['x64'], 'libc': ['musl']},
        )
        self.assertEqual(lock.problems(held), [])

    def test_a_nested_package_gets_its_platform_beside_it(self):
        held = a_lock()
        held['packages']['node_modules/tool/node_modules/inner'] = {'optionalDependencies': {'inner-darwin-arm64': '2.0.0'}}
        lock.complete(held)
        self.assertIn('node_modules/tool/node_modules/inner-darwin-arm64', held['packages'])

    def test_a_range_or_a_name_without_platform_is_not_guessed(self):
        for name, version in (('tool-darwin-arm64', '^1.0.0'), ('something', '1.0.0')):
            with self.assertRaises(SystemExit):
                lock.complete(a_lock(tool={'optionalDependencies': {name: version}}))


if __name__ == '__main__':
    unittest.main()
