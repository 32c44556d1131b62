import unittest

import licences

ALLOWED = {'MIT', 'ISC', 'Apache-2.0'}


def metadata(**kinds):
    """A program with one dependency for each name. The value is the kind of the dependency."""
    deps = [{'pkg': name, 'dep_kinds': [{'kind': kind}]} for name, kind in kinds.items()]
    crate = {'version': '1.0.0', 'license': 'MIT'}
    return {
        'workspace_members': ['own'],
        'packages': [{'id': 'own', 'name': 'goody', **crate}, *({'id': name, 'name': name, **crate} for name in kinds)],
        'resolve': {'nodes': [{'id': 'own', 'deps': deps}, *({'id': name, 'deps': []} for name in kinds)]},
    }


class Licences(unittest.TestCase):
    def test_or_needs_one_allowed_licence_and_and_needs_all(self):
        for expression in (
            'MIT', 'GPL-3.0 OR MIT', '(MIT OR GPL-3.0-or-later)', 'Unlicense/MIT', 'Apache-2.0 / MIT', 'MIT AND ISC',
            '(GPL-3.0 OR MIT) AND ISC', 'Apache-2.0 WITH LLVM-exception OR MIT', 'GPL-3.0 AND LGPL-2.1 OR MIT',
        ):
            self.assertTrue(licences.is_allowed(expression, ALLOWED), expression)
        for expression in (
            '', 'GPL-3.0', 'MIT AND GPL-3.0', '(GPL-3.0 OR LGPL-2.1) AND MIT', 'Apache-2.0 WITH LLVM-exception', 'MIT ISC',
            'SEE LICENSE IN LICENSE.md',
        ):
            self.assertFalse(licences.is_allowed(expression, ALLOWED), expression)

    def test_a_crate_that_is_linked_into_a_program_belongs_to_the_programs(self):
        parts = {name: part for part, name, _, _ in licences.crates(metadata(linked=None, tried='dev', built='build'))}
        self.assertEqual(parts, {'linked': 'programs', 'tried': 'tools', 'built': 'tools'})

    def test_a_package_belongs_to_the_page_unless_it_is_a_development_dependency(self):
        lock = {'packages': {
            '': {},
            'packages/page': {'version': '1.0.0'},
            'node_modules/page': {'link': True},
            'node_modules/shown': {'version': '1.0.0', 'license': 'MIT'},
            'node_modules/a/node_modules/@b/c': {'version': '2.0.0', 'license': 'ISC', 'dev': True},
        }}
        self.assertEqual(
            licences.npm_packages(lock), [('page', 'shown', '1.0.0', 'MIT'), ('tools', '@b/c', '2.0.0', 'ISC')]
        )

    def test_a_package_of_another_platform_has_the_licence_of_the_package_that_depends_on_it(self):
        lock = {'packages': {
            'node_modules/tool': {'version': '1.0.0', 'license': 'ISC', 'optionalDependencies': {'tool-darwin': '1.0.0'}},
            'node_modules/tool-darwin': {'version': '1.0.0'},
        }}
        self.assertEqual(licences.npm_packages(lock)[1], ('page', 'tool-darwin', '1.0.0', 'ISC'))

    def test_a_forbidden_licence_is_reported_with_the_part_that_has_it(self):
        findings = licences.problems([('page', 'good', '1.0.0', 'MIT'), ('page', 'bad', '2.0.0', 'GPL-3.0')], ALLOWED)
        self.assertEqual(len(findings), 1)
        self.assertIn('bad 2.0.0: GPL-3.0. It is not allowed (packages in the page)', findings[0])

    def test_some_licences_are_allowed_for_tools_only(self):
        self.assertEqual(licences.problems([('tools', 'a', '1.0.0', 'MPL-2.0')], ALLOWED), [])
        self.assertEqual(len(licences.problems([('page', 'a', '1.0.0', 'MPL-2.0')], ALLOWED)), 1)

    def test_a_missing_licence_is_not_allowed(self):
        self.assertEqual(len(licences.problems([('programs', 'a', '1.0.0', None)], ALLOWED)), 1)

    def test_the_document_names_a_package_once(self):
        findings = licences.document([('page', 'a', '1.0.0', 'MIT'), ('page', 'a', '1.0.0', 'MIT'), ('tools', 'b', '2.0.0', 'ISC')])
        self.assertEqual(findings.count('| a | 1.0.0 | MIT |'), 1)
        self.assertLess(findings.index('| a |'), findings.index('| b |'))


if __name__ == '__main__':
    unittest.main()
