/**
 * The API tokens: a secret with one line per token, for writes, and for reads where reads are protected. A line holds the hash of the
 * token, never the token.
 *
 * The stack creates the secret without a value: a template must not contain tokens, and each deployment would overwrite the lines
 * that operators have written.
 */
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import type { RustFunction } from './rust-function.ts';

export class Tokens extends Construct {
  readonly secretArn: string;

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id);
    this.secretArn = config.tokensSecretArn ?? this.#create(config);
  }

  /** Sets the environment variable with the ARN of the secret, and grants the permission to read it. */
  bind(target: RustFunction): void {
    target.addEnvironment('GOODY_API_TOKENS_SECRET', this.secretArn);
    target.addToRolePolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.secretArn] }),
    );
  }

  /** Makes a function check tokens for reads, too. */
  protectReads(target: RustFunction): void {
    this.bind(target);
    target.addEnvironment('GOODY_PROTECT_READS', 'true');
  }

  #create(config: Config): string {
    const secret = new CfnSecret(this, 'Secret', {
      description:
        'API tokens of Goody Dashboard. One line per token: name, scopes separated by commas, SHA-256 in hex',
    });
    secret.applyRemovalPolicy(config.dataIsKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'An operator must give a new token to its user, which no schedule can do; docs/OPERATIONS.md describes the steps',
    });
    return secret.ref;
  }
}
