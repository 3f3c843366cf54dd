// The emoji that were chosen last on this device, without their skin tones.

import { readStored, writeStored } from "../browser.ts";
import { plainEmoji } from "./pickerData.ts";

const key = "emoji";
/** Two rows. */
const most = 16;

/** The latest first. */
export function recentEmoji(): string[] {
	return (readStored(key) ?? "").split(" ").filter(Boolean).slice(0, most);
}

export function keepRecent(emoji: string): void {
	const plain = plainEmoji(emoji);
	writeStored(key, [plain, ...recentEmoji().filter((one) => one !== plain)].slice(0, most).join(" "));
}
