import json
import unittest

import audit


def a_report(**severities):
    advisory = {'title': 'Reads too much', 'url': 'https://advisories.example/1'}
    return {'vulnerabilities': {
        name: {'severity': severity, 'range': '<2.0.0', 'via': [advisory]} for name, severity in severities.items()
    }}


class Audit(unittest.TestCase):
    def test_high_and_critical_holes_are_reported_with_why(self):
        findings = audit.found(a_report(a='critical', b='moderate', c='high', d='low'))
        self.assertEqual([line.split()[0] for line in findings], ['a', 'c'])
        self.assertIn('Reads too much (https://advisories.example/1)', findings[0])

    def test_a_hole_that_another_package_brings_names_it(self):
        report = {'vulnerabilities': {'a': {'severity': 'high', 'range': '*', 'via': ['b']}}}
        self.assertEqual(audit.found(report), ['a *: high: b'])

    def test_an_answer_is_an_answer_also_without_holes(self):
        self.assertEqual(audit.read(json.dumps(a_report()), ''), (a_report(), None))

    def test_no_answer_is_never_taken_for_no_holes(self):
        for output, complaint, why in (
            ('{"message": "405 Method Not Allowed", "statusCode": 405}', '', '405 Method Not Allowed'),
            ('{"error": {"code": "ENOTFOUND", "summary": "no such host"}}', '', 'no such host'),
            ('', 'npm error\nnpm error network down\n', 'npm error network down'),
            ('', '', 'npm said nothing'),
        ):
            self.assertEqual(audit.read(output, complaint), (None, why))


if __name__ == '__main__':
    unittest.main()
