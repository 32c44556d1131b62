import unittest

import suite_totals

GREEN = """
==> tests: repository checks
Ran 12 tests in 0.041s

OK (skipped=1)
==> Clippy
    5 passed
==> tests: Rust
test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s
test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
==> tests: API
Test cases:
  40 generated, 40 passed, 2 skipped

==> tests: page units
\x1b[2m Test Files \x1b[22m \x1b[1m\x1b[32m3 passed\x1b[39m\x1b[22m\x1b[90m (3)\x1b[39m
\x1b[2m      Tests \x1b[22m \x1b[1m\x1b[32m20 passed\x1b[39m\x1b[22m | \x1b[33m2 skipped\x1b[39m\x1b[90m (22)\x1b[39m
==> tests: page in a browser
  1 skipped
  4 passed (5.2s)
==> tests: infrastructure
      Tests  6 passed (6)
==> tests: deployment
      Tests  3 passed (3)
"""


class SuiteTotals(unittest.TestCase):
    def last(self, log):
        lines, succeeded = suite_totals.report(log)
        return lines[-1], succeeded

    def test_every_runner_is_counted_once(self):
        self.assertEqual(self.last(GREEN), ('total: 91 passed, 0 failed, 5 skipped', True))

    def test_a_failed_test_fails(self):
        for green, red in (
            ('7 passed; 0 failed', '6 passed; 1 failed'),
            ('\x1b[32m20 passed', '\x1b[31m1 failed\x1b[39m | 19 passed'),
            ('40 generated, 40 passed', '40 generated, 3 found 1 unique failure'),
            ('  4 passed', '  1 failed\n  3 passed'),
            ('OK (skipped=1)', 'FAILED (failures=1, skipped=1)'),
        ):
            self.assertIn(green, GREEN)
            self.assertEqual(self.last(GREEN.replace(green, red)), ('total: 90 passed, 1 failed, 5 skipped', False), red)

    def test_a_failed_test_is_reported(self):
        for green, red, named in (
            ('test result: ok. 7 passed; 0', 'test spine::adds ... FAILED\ntest result: FAILED. 6 passed; 1', '  spine::adds'),
            ('OK (skipped=1)', 'FAIL: test_it (x.Y)\nFAILED (failures=1, skipped=1)', '  test_it (x.Y)'),
        ):
            self.assertIn(named, suite_totals.report(GREEN.replace(green, red))[0])
        log = GREEN.replace('\x1b[32m20 passed', '\x1b[31m1 failed | 19 passed')
        log = log.replace('==> tests: page in', '\x1b[41m FAIL \x1b[49m src/a.test.ts > b\n\x1b[31mError\x1b[39m: no\n==> tests: page in')
        self.assertIn('  src/a.test.ts > b: Error: no', suite_totals.report(log)[0])

    def test_an_ignored_test_is_listed_with_its_reason(self):
        line = 'test real_orders::every_report   ... ignored, the file is not on this machine'
        log = GREEN.replace('test result: ok. 7 passed', f'{line}\ntest result: ok. 7 passed')
        self.assertIn('  ignored: real_orders::every_report: the file is not on this machine', suite_totals.report(log)[0])

    def test_a_suite_that_ran_nothing_fails(self):
        self.assertFalse(suite_totals.report(GREEN.replace('  4 passed (5.2s)\n', '').replace('  1 skipped\n', ''))[1])
        self.assertFalse(suite_totals.report(GREEN.replace('  4 passed (5.2s)\n', ''))[1], 'a skipped test does not count as run')

    def test_a_suite_that_did_not_start_fails(self):
        lines, succeeded = suite_totals.report(GREEN.partition('==> tests: page in')[0])
        self.assertFalse(succeeded)
        self.assertIn('page in a browser: did not start', lines)

    def test_results_of_the_node_runner_are_counted(self):
        log = GREEN.replace('  4 passed (5.2s)', 'ℹ tests 4\nℹ pass 4\nℹ fail 0\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0')
        self.assertEqual(self.last(log), ('total: 91 passed, 0 failed, 5 skipped', True))

    def test_lines_outside_of_suites_are_not_counted(self):
        self.assertEqual(self.last(GREEN.replace('    5 passed', '    500 passed'))[0], 'total: 91 passed, 0 failed, 5 skipped')


if __name__ == '__main__':
    unittest.main()
