// Shortens files to what lists and quotes say about them. Apart from the schemas, which small clients do without.

import type { FileBrief, MessageFile } from "./file.ts";

export const briefOf = ({ name, type, durationMs, waveform }: MessageFile): FileBrief => ({
	name,
	type,
	...(durationMs !== undefined && { durationMs }),
	...(waveform && { isVoice: true }),
});
