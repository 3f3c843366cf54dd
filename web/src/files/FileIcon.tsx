// The icons about files, which are loaded with them.

import { Drawing, Icon } from "../icons.tsx";

const paths = {
	audio: "M9 18V6l10-2v12M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
	video: "M4 6h11v12H4zM15 10l5-3v10l-5-3",
	picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9v.5",
	text: "M7 3h7l5 5v13H7zM10 12h6M10 16h6",
	download: "M12 4v11m0 0l-5-5m5 5l5-5M5 20h14",
	play: "M8 5l11 7-11 7z",
	pause: "M8 5v14M16 5v14",
	microphone: "M12 15a3.5 3.5 0 0 0 3.5-3.5v-5a3.5 3.5 0 0 0-7 0v5A3.5 3.5 0 0 0 12 15zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
	minus: "M5 12h14",
};

export type FileIconName = keyof typeof paths | "file";

export function FileIcon({ name }: { name: FileIconName }) {
	return name === "file" ? <Icon name={name} /> : <Drawing path={paths[name]} />;
}
