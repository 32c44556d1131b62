/**
 * Secrets Manager with the secret of the template, called `Tokens`. AWS answers ResourceNotFound for a secret without a value; the
 * emulator does so only for a missing secret. So the first value creates the secret.
 */
import { Ministack } from '../ministack.ts';
import type { Token } from '../token.ts';

const NAME = 'Tokens';

export class Secrets {
  readonly #emulator: Ministack;
  #isCreated = false;

  private constructor(emulator: Ministack) {
    this.#emulator = emulator;
  }

  static async start(): Promise<Secrets> {
    return new Secrets(await Ministack.start());
  }

  get address(): string {
    return this.#emulator.address;
  }

  /** Makes these tokens valid, and no others. */
  async put(...tokens: Token[]): Promise<void> {
    const lines = tokens.map(({ line }) => line).join('\n');
    if (this.#isCreated) return this.#emulator.putSecret(NAME, lines);
    this.#isCreated = true;
    await this.#emulator.ask('secretsmanager', '1.1', 'secretsmanager.CreateSecret', {
      Name: NAME,
      SecretString: lines,
    });
  }

  stop(): Promise<void> {
    return this.#emulator.stop();
  }
}
