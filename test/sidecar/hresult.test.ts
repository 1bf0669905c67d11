/** The table of HRESULTs, and what is said of codes that are not in it. */
import { errorCategorySchema } from '@dismts/protocol';
import { describe, expect, test } from 'vitest';
import { describeHresult, Hresult } from '../../sidecar/src/hresult.ts';

/** Every code of the DISM API sheet: header, WIM mount layer, core and providers, component servicing, Windows. */
const sheet: readonly number[] = [
  0x00000001, 0xC0040001, 0xC0040002, 0xC0040003, 0xC0040004, 0xC0040005, 0xC0040006, 0xC0040007, 0xC0040009, 0xC004000A, 0xC004000B,
  0xC004000C, 0xC004000D, 0xC004000E, 0xC004000F, 0xC0040020, 0xC1510114, 0x800F080C, 0x800F0902,
  0xC1420100, 0xC1420101, 0xC1420103, 0xC1420104, 0xC1420105, 0xC1420106, 0xC1420107, 0xC1420108, 0xC1420109, 0xC142010A, 0xC142010B,
  0xC142010C, 0xC142010E, 0xC142010F, 0xC1420110, 0xC1420111, 0xC1420112, 0xC1420113, 0xC1420114, 0xC1420115, 0xC1420116, 0xC1420117,
  0xC1420118, 0xC1420119, 0xC142011A, 0xC142011B, 0xC142011C, 0xC142011D, 0xC142011E, 0xC142011F, 0xC1420120, 0xC1420121, 0xC1420122,
  0xC1420123, 0xC1420124, 0xC1420125, 0xC1420126, 0xC1420127, 0xC1420128, 0xC1420130, 0xC1420131, 0xC1420132, 0xC1420134, 0xC1420135,
  0xC142013C, 0xC143010D,
  0xC1510111, 0xC1510112, 0xC1510113, 0xC1510115, 0xC15101FD, 0xC1570106,
  0x000F0801, 0x000F0802, 0x000F0803, 0x000F0804, 0x800F0801, 0x800F0802, 0x800F0803, 0x800F0804, 0x800F0805, 0x800F0806, 0x800F0807,
  0x800F0808, 0x800F080A, 0x800F080B, 0x800F0813, 0x800F0816, 0x800F0818, 0x800F081B, 0x800F081E, 0x800F081F, 0x800F0820, 0x800F0821,
  0x800F0823, 0x800F0824, 0x800F0825, 0x800F0826, 0x800F0827, 0x800F0828, 0x800F0829, 0x800F082A, 0x800F082E, 0x800F082F, 0x800F0830,
  0x800F0831, 0x800F0832, 0x800F0838, 0x800F0840, 0x800F0841, 0x800F0842, 0x800F0843, 0x800F0900, 0x800F0904, 0x800F0905, 0x800F0906,
  0x800F0907, 0x800F0908, 0x800F090B, 0x800F0910, 0x800F0915, 0x800F0920, 0x800F0921, 0x800F0922, 0x800F0940, 0x800F0945, 0x800F094F,
  0x800F0950, 0x800F0954, 0x800F0982, 0x800F0983, 0x800F0984, 0x800F0986, 0x800F0988,
  0x00000BC2, 0x00000BC3, 0x80004001, 0x80004004, 0x80040154, 0x80070002, 0x80070003, 0x80070005, 0x8007000B, 0x8007000E, 0x80070015,
  0x80070020, 0x80070021, 0x80070032, 0x80070057, 0x80070070, 0x8007007E, 0x800700B7, 0x800700C1, 0x80070228, 0x800702E4, 0x8007045B,
  0x80070490, 0x800704C7, 0x800704D3, 0x80070522, 0x80070643, 0x80070645, 0x800706BE, 0x800706F5, 0x80073701, 0x80073712, 0x80072EE7, 0x80072EFF,
];

describe('describeHresult()', () => {
  test('knows every code of the sheet', () => {
    expect(sheet.filter((code) => !describeHresult(code).known).map((code) => code.toString(16))).toEqual([]);
  });

  test('gives each symbol of Hresult its own entry, in whole sentences', () => {
    const codes = Object.entries(Hresult);
    expect(new Set(codes.map(([, code]) => code)).size).toBe(codes.length);
    for (const [symbol, code] of codes) {
      const entry = describeHresult(code);
      expect(entry).toMatchObject({ code, known: true, symbol });
      expect(entry.symbol).toMatch(/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/);
      expect(errorCategorySchema.safeParse(entry.category).success).toBe(true);
      expect(entry.meaning).toMatch(/^[A-Z].*[^.]$/);
      expect(entry.hint).toMatch(/^$|^[A-Z].*\.$/);
      expect(entry.meaning + entry.hint).toMatch(/^[\x20-\x7E]+$/);
    }
  });

  test('says what to do about every failure that a user can do something about', () => {
    const silent = Object.entries(Hresult).filter(([, code]) => code >= 0x80000000 && describeHresult(code).hint === '').map(([symbol]) => symbol);
    expect(silent).toEqual([
      'CBS_E_CANCEL', 'CBS_E_ABORT', 'E_ABORT',
      'ERROR_CANCELLED', 'ERROR_REQUEST_ABORTED',
    ]);
  });

  test.for([
    [0x80070005, 'E_ACCESSDENIED'], [0x80070005 | 0, 'E_ACCESSDENIED'], [5, 'E_ACCESSDENIED'], [1223, 'ERROR_CANCELLED'], [740, 'ERROR_ELEVATION_REQUIRED'],
    [0, 'S_OK'], [1, 'DISMAPI_S_RELOAD_IMAGE_SESSION_REQUIRED'], [3010, 'ERROR_SUCCESS_REBOOT_REQUIRED'], [3011, 'ERROR_SUCCESS_RESTART_REQUIRED'],
    [0x80070BC2, 'ERROR_SUCCESS_REBOOT_REQUIRED'],
  ] as const)('resolves %i to %s', ([code, symbol]) => {
    expect(describeHresult(code)).toMatchObject({ known: true, symbol });
  });

  test.for([
    [0x80070000, 0x80070000, 'WIN32_0'], [0x80070001, 0x80070001, 'WIN32_1'], [1234, 0x800704D2, 'WIN32_1234'],
    [0xC0040008, 0xC0040008, 'DISMAPI_C0040008'], [0xC1420155, 0xC1420155, 'WIM_C1420155'], [0xC1510199, 0xC1510199, 'DISM_C1510199'],
    [0x800F0999, 0x800F0999, 'CBS_800F0999'], [0x87654321, 0x87654321, 'HRESULT_87654321'], [0x12345, 0x12345, 'HRESULT_00012345'],
  ] as const)('makes a symbol for the unknown %i', ([code, resolved, symbol]) => {
    expect(describeHresult(code)).toMatchObject({ known: false, code: resolved, symbol, category: 'NotSpecified', hint: '' });
  });

  test.for([
    [0x80040154, 'ResourceUnavailable'], [0x800702E4, 'PermissionDenied'], [0x80070005, 'PermissionDenied'], [0x80070522, 'PermissionDenied'],
    [0x80070032, 'InvalidOperation'], [0xC1420117, 'ResourceBusy'], [0xC1420127, 'ResourceExists'], [0xC142010C, 'InvalidOperation'],
    [0xC1510114, 'InvalidOperation'], [0x800F081F, 'ObjectNotFound'], [0x800F0906, 'ObjectNotFound'], [0x800F0915, 'ObjectNotFound'],
    [0x800F0950, 'ResourceUnavailable'], [0x800F0954, 'ResourceUnavailable'], [0x800F0902, 'ResourceBusy'], [0x800F080C, 'ObjectNotFound'],
    [0x800F081E, 'InvalidArgument'], [0x800F0823, 'InvalidOperation'], [0x80073712, 'InvalidData'], [0x800706BE, 'ConnectionError'],
  ] as const)('gives %i the category %s', ([code, category]) => {
    expect(describeHresult(code).category).toBe(category);
  });
});
