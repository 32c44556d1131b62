/**
 * The response headers that CloudFront adds: those of the embedded host, and Strict-Transport-Security. The build of the page writes the
 * Content-Security-Policy.
 */
import { readFileSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import { HeadersFrameOption, HeadersReferrerPolicy, ResponseHeadersPolicy } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { ARTIFACTS } from './artifacts.ts';

/** Makes browsers use HTTPS only. */
const strictTransportSecurity = {
  accessControlMaxAge: Duration.days(365),
  includeSubdomains: true,
  override: true,
};

export function pageHeaders(scope: Construct): ResponseHeadersPolicy {
  return new ResponseHeadersPolicy(scope, 'PageHeaders', {
    comment: 'The page: content security policy and other security headers',
    securityHeadersBehavior: {
      strictTransportSecurity,
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
      contentSecurityPolicy: {
        contentSecurityPolicy: readFileSync(`${ARTIFACTS.page}/content-security-policy.txt`, 'utf8').trim(),
        override: true,
      },
    },
    customHeadersBehavior: {
      customHeaders: [
        { header: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=()', override: true },
        { header: 'Cross-Origin-Opener-Policy', value: 'same-origin', override: true },
        { header: 'Cross-Origin-Resource-Policy', value: 'same-origin', override: true },
      ],
    },
  });
}

/** The API sends its own headers, and its docs page sends its own Content-Security-Policy. */
export function apiHeaders(scope: Construct): ResponseHeadersPolicy {
  return new ResponseHeadersPolicy(scope, 'ApiHeaders', {
    comment: 'The API: HTTPS only, and no content type sniffing',
    securityHeadersBehavior: { strictTransportSecurity, contentTypeOptions: { override: true } },
  });
}
