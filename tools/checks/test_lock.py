import unittest

import lock


def a_lock(**packages):
    return {'packages': {'': {}, 'node_modules/tool': {'version': '1.0.0', **packages.pop('tool', {})}, **packages}}


class Lock(unittest.TestCase):
    def test_a_lock_with_a_host_is_refused(self):
        findings = lock.problems(a_lock(tool={'resolved': 'https://packages.example/tool-1.0.0.tgz'}))
        self.assertEqual(len(findings), 1)
        self.assertIn('make lock', findings[0])

    def test_a_workspace_link_is_not_a_host(self):
        self.assertEqual(lock.problems(a_lock(tool={'resolved': 'packages/tool', 'link': True})), [])

    def test_a_missing_platform_is_refused(self):
        findings = lock.problems(a_lock(tool={'optionalDependencies': {'@tool/linux-x64-musl': '1.0.0'}}))
        self.assertIn('@tool/linux-x64-musl@1.0.0', findings[0])

    def test_complete_derives_the_platform_from_the_name(self):
        completed = a_lock(tool={'dev': True, 'optionalDependencies': {'@tool/linux-x64-musl': '1.0.0'}})
        self.assertEqual(lock.complete(completed), ['@tool/linux-x64-musl@1.0.0'])
        self.assertEqual(
            completed['packages']['node_modules/@tool/linux-x64-musl'],
            {'version': '1.0.0', 'optional': True, 'dev': True, 'os': ['linux'], 'cpu': ['x64'], 'libc': ['musl']},
        )
        self.assertEqual(lock.problems(completed), [])

    def test_the_platform_of_a_nested_package_is_added_next_to_it(self):
        completed = a_lock()
        completed['packages']['node_modules/tool/node_modules/inner'] = {'optionalDependencies': {'inner-darwin-arm64': '2.0.0'}}
        lock.complete(completed)
        self.assertIn('node_modules/tool/node_modules/inner-darwin-arm64', completed['packages'])

    def test_a_version_range_or_a_name_without_a_platform_is_refused(self):
        for name, version in (('tool-darwin-arm64', '^1.0.0'), ('something', '1.0.0')):
            with self.assertRaises(SystemExit):
                lock.complete(a_lock(tool={'optionalDependencies': {name: version}}))


if __name__ == '__main__':
    unittest.main()
