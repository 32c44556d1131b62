/** The CloudFront Function that serves `index.html` for the page's client-side routes. Its code is `edge/client-routes.js`. */
import { fileURLToPath } from 'node:url';
import {
  Function as EdgeFunction,
  type FunctionAssociation,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
} from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';

export const CLIENT_ROUTES = fileURLToPath(new URL('./edge/client-routes.js', import.meta.url));

export class ClientRoutes extends EdgeFunction {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      comment: 'Gives client-side routes index.html',
      runtime: FunctionRuntime.JS_2_0,
      code: FunctionCode.fromFile({ filePath: CLIENT_ROUTES }),
    });
  }

  get association(): FunctionAssociation {
    return { eventType: FunctionEventType.VIEWER_REQUEST, function: this };
  }
}
