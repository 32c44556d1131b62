import unittest

import licences

ALLOWED = {'MIT', 'ISC', 'Apache-2.0'}


def metadata(**kinds):
    """A program, with one crate for each name; the value says what the program needs it for."""
    deps = [{'pkg': name, 'dep_kinds': [{'kind': kind}]} for name, kind in kinds.items()]
    crate = {'version': '1.0.0', 'license': 'MIT'}
    return {
        'workspace_members': ['us'],
        'packages': [{'id': 'us', 'name': 'goody', **crate}, *({'id': name, 'name': name, **crate} for name in kinds)],
        'resolve': {'nodes': [{'id': 'us', 'deps': deps}, *({'id': name, 'deps': []} for name in kinds)]},
    }


class Licences(unittest.TestCase):
    def test_a_choice_is_allowed_when_one_of_it_is_and_a_sum_when_all_are(self):
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

    def test_a_crate_is_of_the_programs_when_they_are_linked_with_it(self):
        parts = {name: part for part, name, _, _ in licences.crates(metadata(linked=None, tried='dev', built='build'))}
        self.assertEqual(parts, {'linked': 'programs', 'tried': 'tools', 'built': 'tools'})

    def test_a_package_is_of_the_page_unless_it_is_for_development(self):
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

    def test_a_package_for_another_platform_has_the_licence_of_the_one_that_asks_for_it(self):
        lock = {'packages': {
            'node_modules/tool': {'version': '1.0.0', 'license': 'ISC', 'optionalDependencies': {'tool-darwin': '1.0.0'}},
            'node_modules/tool-darwin': {'version': '1.0.0'},
        }}
        self.assertEqual(licences.npm_packages(lock)[1], ('page', 'tool-darwin', '1.0.0', 'ISC'))

    def test_what_is_not_allowed_is_reported_with_where_it_would_come_in(self):
        findings = licences.problems([('page', 'good', '1.0.0', 'MIT'), ('page', 'bad', '2.0.0', 'GPL-3.0')], ALLOWED)
        self.assertEqual(len(findings), 1)
        self.assertIn('bad 2.0.0: GPL-3.0. It may not come in (packages in the page)', findings[0])

    def test_what_tools_may_have_the_page_may_not(self):
        self.assertEqual(licences.problems([('tools', 'a', '1.0.0', 'MPL-2.0')], ALLOWED), [])
        self.assertEqual(len(licences.problems([('page', 'a', '1.0.0', 'MPL-2.0')], ALLOWED)), 1)

    def test_no_licence_is_not_allowed(self):
        self.assertEqual(len(licences.problems([('programs', 'a', '1.0.0', None)], ALLOWED)), 1)

    def test_the_document_names_a_package_once(self):
        findings = licences.document([('page', 'a', '1.0.0', 'MIT'), ('page', 'a', '1.0.0', 'MIT'), ('tools', 'b', '2.0.0', 'ISC')])
        self.assertEqual(findings.count('| a | 1.0.0 | MIT |'), 1)
        self.assertLess(findings.index('| a |'), findings.index('| b |'))


if __name__ == '__main__':
    unittest.main()
