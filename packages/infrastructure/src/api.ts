/**
 * The HTTP API: what reads goes to api-handler, what writes to order-ingest.
 *
 * Who writes brings a token of ours, which the function asks for. Who reads needs nothing; or a token of ours, which the function asks
 * for, too; or a JWT, which API Gateway asks for.
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

/** Requests in a second, and at once, before API Gateway says 429. */
const THROTTLE = { rateLimit: 100, burstLimit: 200 };

/** What the embedded host, too, tells to all, whoever may read: whether it is well, and how it is asked. */
const TOLD_TO_ALL = ['/health', '/api/openapi.json', '/api/docs', '/api/docs/{file+}'];

/** What a line of the access log says. */
const LOGGED = {
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
  /** A line for each request. */
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
      // Whatever is no route of the API gets its problem document from the router, as on the embedded host.
      defaultIntegration: reading,
      ...(oidc && {
        defaultAuthorizer: new HttpJwtAuthorizer('Oidc', oidc.issuer, { jwtAudience: [...oidc.audience] }),
      }),
    });
    const route = (method: HttpMethod, path: string, integration: HttpLambdaIntegration) =>
      this.api.addRoutes({ path, methods: [method], integration, authorizer });
    route(HttpMethod.POST, '/api/orders/events', writing);
    route(HttpMethod.PUT, '/api/vendors/{vendorId}', writing);
    if (oidc) for (const path of TOLD_TO_ALL) route(HttpMethod.GET, path, reading);

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
        format: AccessLogFormat.custom(JSON.stringify(LOGGED)),
      },
    });
    Validations.of(this.api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'The function asks for a token wherever one is needed, as on the embedded host; the rest is open as the page is',
    });
  }
}
