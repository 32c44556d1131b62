/**
 * The HTTP API: api-handler serves reads, order-ingest serves writes and what was refused, which only API tokens may read.
 *
 * A write needs an API token, which the function checks. A read needs nothing, or an API token, which the function checks, or a JWT,
 * which API Gateway checks.
 */
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import type { RustFunction } from './rust-function.ts';

/** Requests per second, and in a burst. API Gateway answers 429 above them. */
const THROTTLE = { rateLimit: 100, burstLimit: 200 };

/** Public routes: health and the documentation of the API. The embedded host serves the same routes without a token. */
const PUBLIC_PATHS = ['/health', '/api/openapi.json', '/api/docs', '/api/docs/{file+}'];

/** The fields of a line of the access log. */
const LOG_FIELDS = {
  requestId: '$context.requestId',
  at: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  route: '$context.routeKey',
  status: '$context.status',
  bytes: '$context.responseLength',
  milliseconds: '$context.responseLatency',
  functionMilliseconds: '$context.integrationLatency',
  error: '$context.integrationErrorMessage',
};

export interface ApiProps {
  readonly config: Config;
  readonly reads: RustFunction;
  readonly writes: RustFunction;
}

export class Api extends Construct {
  readonly api: HttpApi;
  /** One line per request. */
  readonly accessLog: LogGroup;

  constructor(scope: Construct, id: string, { config, reads, writes }: ApiProps) {
    super(scope, id);
    const { oidc } = config;
    const reading = new HttpLambdaIntegration('Reads', reads);
    const writing = new HttpLambdaIntegration('Writes', writes);
    const authorizer = new HttpNoneAuthorizer();
    this.api = new HttpApi(this, 'Http', {
      description: 'Goody Dashboard',
      createDefaultStage: false,
      // The router answers unknown routes with a problem document, as on the embedded host.
      defaultIntegration: reading,
      ...(oidc && {
        defaultAuthorizer: new HttpJwtAuthorizer('Oidc', oidc.issuer, { jwtAudience: [...oidc.audience] }),
      }),
    });
    const route = (method: HttpMethod, path: string, integration: HttpLambdaIntegration) =>
      this.api.addRoutes({ path, methods: [method], integration, authorizer });
    route(HttpMethod.POST, '/api/orders/events', writing);
    // Their signatures are checked instead of a token.
    route(HttpMethod.POST, '/api/webhooks/{source}', writing);
    route(HttpMethod.POST, '/api/batches/{batchId}/retract', writing);
    route(HttpMethod.PUT, '/api/vendors/{vendorId}', writing);
    // api-handler knows no API tokens while reads are public.
    route(HttpMethod.GET, '/api/rejections', writing);
    route(HttpMethod.DELETE, '/api/rejections', writing);
    route(HttpMethod.GET, '/api/rejections/{rejectionId}', writing);
    route(HttpMethod.POST, '/api/rejections/{rejectionId}/retry', writing);
    if (oidc) for (const path of PUBLIC_PATHS) route(HttpMethod.GET, path, reading);

    this.accessLog = new LogGroup(this, 'AccessLog', {
      retention: config.logRetention,
      removalPolicy: config.dataIsKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: THROTTLE,
      detailedMetricsEnabled: true,
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLog),
        format: AccessLogFormat.custom(JSON.stringify(LOG_FIELDS)),
      },
    });
    Validations.of(this.api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'The function checks the token where one is needed, as the embedded host does; other routes are public, as the page is',
    });
  }
}
