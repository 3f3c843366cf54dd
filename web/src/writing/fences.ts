// Tells whether a block of code is open at the end of a text, for the field and for shortcodes. Pure.

/** `paragraph`: the lines since the last blank one, without those of code blocks. */
export function fencesIn(text: string): { isOpen: boolean; paragraph: string } {
	let fence = "";
	let paragraph = "";
	for (const line of text.split("\n")) {
		const [, mark = ""] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
		if (fence === "" && mark !== "" && !line.slice(line.indexOf(mark) + mark.length).includes("`")) fence = mark;
		else if (fence !== "" && mark.startsWith(fence) && line.trim() === mark) fence = "";
		paragraph = line.trim() === "" || fence !== "" || mark !== "" ? "" : `${paragraph}\n${line}`;
	}
	return { isOpen: fence !== "", paragraph };
}
