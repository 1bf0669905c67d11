/** Classes of devices, as far as Windows treats their drivers in a way of its own. */

const guidsByName = {
  Battery: '72631e54-78a4-11d0-bcf7-00aa00b7b32a',
  CDROM: '4d36e965-e325-11ce-bfc1-08002be10318',
  Computer: '4d36e966-e325-11ce-bfc1-08002be10318',
  DiskDrive: '4d36e967-e325-11ce-bfc1-08002be10318',
  Extension: 'e2f84ce7-8efa-411c-aa69-97454ca4cb57',
  Firmware: 'f2e7dd72-6468-4e36-b6f1-6488f42c1b52',
  HDC: '4d36e96a-e325-11ce-bfc1-08002be10318',
  HIDClass: '745a17a0-74d3-11d0-b6fe-00a0c90f57da',
  Keyboard: '4d36e96b-e325-11ce-bfc1-08002be10318',
  Memory: '5099944a-f6b9-4057-a056-8c550228544c',
  Mouse: '4d36e96f-e325-11ce-bfc1-08002be10318',
  Ports: '4d36e978-e325-11ce-bfc1-08002be10318',
  Processor: '50127dc3-0f36-415e-a6cc-4cb3be910b65',
  SCSIAdapter: '4d36e97b-e325-11ce-bfc1-08002be10318',
  SDHost: 'a0a588a4-c46f-4b37-b7ea-c82fe89870c6',
  System: '4d36e97d-e325-11ce-bfc1-08002be10318',
  USB: '36fc9e60-c465-11cf-8056-444553540000',
  Volume: '71a27cdd-812a-11d0-bec7-08002be2092f',
} as const;

type ClassName = keyof typeof guidsByName;

function guids(...names: readonly ClassName[]): ReadonlySet<string> {
  return new Set(names.map((name) => `{${guidsByName[name]}}`));
}

/** Those whose drivers the SYSTEM hive has: what Windows needs before it can read the DRIVERS hive. */
export const classesInSystemHive = guids(
  'System', 'SCSIAdapter', 'HDC', 'DiskDrive', 'CDROM', 'Volume', 'USB', 'HIDClass', 'Keyboard', 'Mouse', 'SDHost', 'Firmware', 'Memory', 'Battery',
  'Ports', 'Processor', 'Computer', 'Extension',
);

/** Those whose drivers Windows may need to start at all. */
export const bootCriticalClasses = guids(
  'System', 'SCSIAdapter', 'HDC', 'DiskDrive', 'CDROM', 'Volume', 'USB', 'HIDClass', 'Keyboard', 'Mouse', 'SDHost', 'Processor', 'Computer',
);
