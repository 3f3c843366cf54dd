// The colours of skin that emoji of people come in.

export const skinTones = ["none", "light", "medium-light", "medium", "medium-dark", "dark"] as const;

export type SkinTone = (typeof skinTones)[number];
