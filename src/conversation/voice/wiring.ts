// Connects the transcripts of a conversation to the service that writes them, and to the quota of speech.

import { passSpeechQuota } from "../../money/quota.ts";
import type { Settings } from "../../settings.ts";
import { transcribe } from "../../transcription/transcribe.ts";
import { Transcripts } from "./transcripts.ts";

export function transcriptsOf(
	env: Env,
	shared: Omit<ConstructorParameters<typeof Transcripts>[0], "transcribe" | "passQuota">,
	{ transcription }: Settings,
): Transcripts {
	const { members } = shared.store;
	return new Transcripts({
		...shared,
		transcribe: transcription && ((recording) => transcribe(transcription, recording)),
		passQuota: async (writer, seconds) =>
			transcription !== undefined &&
			passSpeechQuota(env.LEDGER, { ...writer, isGuest: members.isGuest(writer.userId) }, seconds, transcription.perDay),
	});
}
