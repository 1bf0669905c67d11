/** Program: prints why Windows programs cannot be run here; nothing where they can. */
import { lacksWine } from './wine.ts';

process.stdout.write(lacksWine() ?? '');
