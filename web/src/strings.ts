// What people read here, in the language that is spoken. That may change while the page is open, and is known only when it begins:
// to be read when something is said, never when a file is loaded.

import type { ErrorCode } from "../../src/protocol/errors.ts";
import type { Catalogue } from "./languages/catalogue.ts";
import { en, formats } from "./languages/en.ts";
import type { Formats } from "./languages/formats.ts";

export let strings: Catalogue = en;
export let { when: formatWhen, time: formatTime, day: formatDay, dayAndTime: formatDayAndTime } = formats;

/** From now on. What is drawn already does not change by itself. */
export function speak(catalogue: Catalogue, formats: Formats): void {
	strings = catalogue;
	({ when: formatWhen, time: formatTime, day: formatDay, dayAndTime: formatDayAndTime } = formats);
}

/** What the server says of a refusal, in the language that is spoken. */
export function refusalText(code: string, text: string): string {
	return strings.refusals[code as ErrorCode] ?? text;
}
