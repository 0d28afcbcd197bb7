/** The pages that have a script: each is `<name>/entry.tsx`. */
export const entryNames = ['list', 'overview', 'pull'] as const;
export type EntryName = (typeof entryNames)[number];
