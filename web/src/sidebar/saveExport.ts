// A conversation as a file: fetched, named, handed to whoever sits here.

import { addressOf, type Result, refusalIn } from "../api.ts";
import { clock } from "../browser.ts";
import { currentStrings } from "../languages/currentLanguage.ts";

/** A file, however long it takes. */
export async function fetchExport(path: string, token: string, signal: AbortSignal): Promise<Result<Blob>> {
	try {
		const response = await fetch(addressOf(path), { signal, headers: { authorization: `Bearer ${token}` } });
		return response.ok ? { value: await response.blob() } : { error: refusalIn(await response.json()) };
	} catch {
		return { error: { code: "unreachable", message: currentStrings().unreachable } };
	}
}

/** A name that every file system accepts. `unnamed`: what stands in place of a title with no such characters. */
export function exportFileName(title: string, ending: string, unnamed: string): string {
	const name = title
		.replace(/[\p{C}\\/:*?"<>|]+/gu, " ")
		.replace(/\s+/g, " ")
		.replace(/^[. ]+|[. ]+$/g, "")
		.slice(0, 80)
		.trim();
	return `${name || unnamed}.${ending}`;
}

/** Hands a file to whoever sits here. */
export function saveFile(file: Blob, name: string): void {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(file);
	link.download = name;
	link.click();
	// The browser has it by then.
	clock.after(60_000, () => URL.revokeObjectURL(link.href));
}
