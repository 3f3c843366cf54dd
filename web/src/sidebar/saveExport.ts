// Downloads an exported conversation, names the file and saves it.

import { addressOf, type Result, refusalIn } from "../api.ts";
import { clock } from "../browser.ts";
import { currentStrings } from "../languages/currentLanguage.ts";

/** Without a timeout: an export may take long. */
export async function fetchExport(path: string, token: string, signal: AbortSignal, options: RequestInit = {}): Promise<Result<Blob>> {
	try {
		const response = await fetch(addressOf(path), { signal, headers: { authorization: `Bearer ${token}` }, ...options });
		return response.ok ? { value: await response.blob() } : { error: refusalIn(await response.json()) };
	} catch {
		return { error: { code: "unreachable", message: currentStrings().unreachable } };
	}
}

/** A file name that every file system accepts. `unnamed` replaces a title without usable characters. */
export function exportFileName(title: string, ending: string, unnamed: string): string {
	const name = title
		.replace(/[\p{C}\\/:*?"<>|]+/gu, " ")
		.replace(/\s+/g, " ")
		.replace(/^[. ]+|[. ]+$/g, "")
		.slice(0, 80)
		.trim();
	return `${name || unnamed}.${ending}`;
}

/** Lets the browser save a file. */
export function saveFile(file: Blob, name: string): void {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(file);
	link.download = name;
	link.click();
	// The browser has read it by then.
	clock.after(60_000, () => URL.revokeObjectURL(link.href));
}
