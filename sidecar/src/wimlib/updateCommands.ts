/** What is to be changed in an image: wimlib_update_command, encoded. */
import type { WimlibBinding } from './binding.ts';

/** One change; paths in the image begin with a slash or not, and have slashes between names. */
export type UpdateCommand =
  | {
    readonly kind: 'add';
    /** File or folder to add. */
    readonly source: string;
    readonly imagePath: string;
    /** AddFlag. */
    readonly flags?: number;
  }
  | {
    readonly kind: 'delete';
    readonly imagePath: string;
    /** DeleteFlag. */
    readonly flags?: number;
  }
  | { readonly kind: 'rename'; readonly imagePath: string; readonly newPath: string };

/** WIMLIB_UPDATE_OP_*. */
const operations = { add: 0, delete: 1, rename: 2 } as const;

/** The array of structs, with the texts that it points to: to be kept until libwim is through with it. */
export class UpdateCommands {
  readonly data: Buffer;
  /** Text for the pointers in `data`. */
  readonly #texts: Buffer[] = [];

  constructor({ koffi, types: { wimlib_update_command: type } }: WimlibBinding, commands: readonly UpdateCommand[]) {
    this.data = Buffer.alloc(type.size * commands.length);
    const offsetOf = (member: string): number => type.members?.[member]?.offset ?? 0;
    commands.forEach((command, index) => {
      const begin = type.size * index;
      const text = (member: string, value: string): void => {
        const bytes = Buffer.from(`${value}\0`, 'utf8');
        this.#texts.push(bytes);
        this.data.writeBigUInt64LE(koffi.address(bytes), begin + offsetOf(member));
      };
      this.data.writeInt32LE(operations[command.kind], begin);
      if (command.kind === 'add') {
        text('first_path', command.source);
        text('second_path', command.imagePath);
        this.data.writeInt32LE(command.flags ?? 0, begin + offsetOf('add_flags'));
      } else {
        text('first_path', command.imagePath);
        // The flags of a deletion lie where the second path of the others does.
        if (command.kind === 'rename') { text('second_path', command.newPath); } else { this.data.writeInt32LE(command.flags ?? 0, begin + offsetOf('second_path')); }
      }
    });
  }
}
