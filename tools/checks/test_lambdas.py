import unittest

import lambdas

OLD = b'\0libc.so.6\0GLIBC_2.2.5\0GLIBC_2.34\0'


class Lambdas(unittest.TestCase):
    def test_versions_are_compared_as_numbers(self):
        self.assertEqual(lambdas.newest_glibc(b'\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_2.2.5\0'), (2, 34))

    def test_a_static_program_needs_no_c_library(self):
        self.assertIsNone(lambdas.newest_glibc(b'\x7fELF'))

    def test_a_function_within_the_limits_is_accepted(self):
        self.assertEqual(lambdas.problems('api-handler', OLD, lambdas.MAX_ZIP_BYTES), [])

    def test_a_newer_c_library_is_reported(self):
        findings = lambdas.problems('api-handler', OLD + b'GLIBC_2.38\0', 1)
        self.assertEqual(len(findings), 1)
        self.assertIn('api-handler needs GLIBC 2.38, and Lambda has 2.34', findings[0])

    def test_a_zip_over_the_limit_is_reported(self):
        findings = lambdas.problems('api-handler', OLD, lambdas.MAX_ZIP_BYTES + 1)
        self.assertIn('6,000,001 bytes zipped', findings[0])


if __name__ == '__main__':
    unittest.main()
