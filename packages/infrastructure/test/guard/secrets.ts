/**
 * Secrets Manager, with the secret that the template asks for, called `Tokens`. To whoever asks for a value before there is one, AWS says
 * that it does not find it, and the emulator says so only where there is no secret: so the first value makes it.
 */
import { Ministack } from '../ministack.ts';
import type { Token } from '../token.ts';

const NAME = 'Tokens';

export class Secrets {
  readonly #emulator: Ministack;
  #isMade = false;

  private constructor(emulator: Ministack) {
    this.#emulator = emulator;
  }

  static async start(): Promise<Secrets> {
    return new Secrets(await Ministack.start());
  }

  get address(): string {
    return this.#emulator.address;
  }

  /** Has these tokens be good, and no others. */
  async put(...good: Token[]): Promise<void> {
    const lines = good.map(({ line }) => line).join('\n');
    if (this.#isMade) return this.#emulator.putSecret(NAME, lines);
    this.#isMade = true;
    await this.#emulator.ask('secretsmanager', '1.1', 'secretsmanager.CreateSecret', {
      Name: NAME,
      SecretString: lines,
    });
  }

  stop(): Promise<void> {
    return this.#emulator.stop();
  }
}
