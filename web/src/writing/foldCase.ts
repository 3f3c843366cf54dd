// A text as one looks for it: without case and accents. Pure.

export function foldCase(text: string): string {
	return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
