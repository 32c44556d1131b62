import json
import unittest

import audit


def a_report(**severities):
    advisory = {'title': 'Out-of-bounds read', 'url': 'https://advisories.example/1'}
    return {'vulnerabilities': {
        name: {'severity': severity, 'range': '<2.0.0', 'via': [advisory]} for name, severity in severities.items()
    }}


class Audit(unittest.TestCase):
    def test_high_and_critical_vulnerabilities_are_reported_with_their_advisory(self):
        findings = audit.vulnerabilities(a_report(a='critical', b='moderate', c='high', d='low'))
        self.assertEqual([line.split()[0] for line in findings], ['a', 'c'])
        self.assertIn('Out-of-bounds read (https://advisories.example/1)', findings[0])

    def test_a_vulnerability_of_a_dependency_names_the_dependency(self):
        report = {'vulnerabilities': {'a': {'severity': 'high', 'range': '*', 'via': ['b']}}}
        self.assertEqual(audit.vulnerabilities(report), ['a *: high: b'])

    def test_a_report_without_failing_vulnerabilities_is_a_report(self):
        self.assertEqual(audit.parse(json.dumps(a_report()), ''), (a_report(), None))

    def test_a_missing_report_is_never_read_as_no_vulnerabilities(self):
        for output, errors, reason in (
            ('{"message": "405 Method Not Allowed", "statusCode": 405}', '', '405 Method Not Allowed'),
            ('{"error": {"code": "ENOTFOUND", "summary": "no such host"}}', '', 'no such host'),
            ('', 'npm error\nnpm error network down\n', 'npm error network down'),
            ('', '', 'npm printed nothing'),
        ):
            self.assertEqual(audit.parse(output, errors), (None, reason))


if __name__ == '__main__':
    unittest.main()
