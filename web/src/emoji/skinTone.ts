// The skin tones of emoji.

export const skinTones = ["none", "light", "medium-light", "medium", "medium-dark", "dark"] as const;

export type SkinTone = (typeof skinTones)[number];
