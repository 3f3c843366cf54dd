// The direction in which the page is read.

/** The next one is at the left then. */
export function isRightToLeft(): boolean {
	return document.documentElement.dir === "rtl";
}
