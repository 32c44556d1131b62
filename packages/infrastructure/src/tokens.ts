/**
 * Who may write, and read where reading is protected: a secret with a line a token. A line has the token's hash, and never the
 * token.
 *
 * The stack makes it without a value, and puts none into it: a template is no place for tokens, and whatever it said would be put
 * back in place of what people have written since.
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
    this.secretArn = config.tokensSecretArn ?? this.#make(config);
  }

  /** Tells a function where the tokens are, and lets it read them. */
  bind(target: RustFunction): void {
    target.addEnvironment('GOODY_API_TOKENS_SECRET', this.secretArn);
    target.addToRolePolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.secretArn] }),
    );
  }

  /** Has a function ask for a token also where nothing is written. */
  protectReads(target: RustFunction): void {
    this.bind(target);
    target.addEnvironment('GOODY_PROTECT_READS', 'true');
  }

  #make(config: Config): string {
    const secret = new CfnSecret(this, 'Secret', {
      description: 'Tokens of the API of Goody Dashboard. A line each: name, scopes by commas, SHA-256 in hex',
    });
    secret.applyRemovalPolicy(config.dataIsKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'A new token has to be handed to whoever uses it, which no schedule can do; docs/OPERATIONS.md says how',
    });
    return secret.ref;
  }
}
