// Connects the transcripts of a conversation to the service that writes them, and to the quota of speech.

import { reserveSpeech, settleSpeech } from "../../money/speech-quota.ts";
import type { Settings } from "../../settings.ts";
import { transcribe } from "../../transcription/transcribe.ts";
import type { Requester } from "../ports.ts";
import { Transcripts } from "./transcripts.ts";

/** The deployment writes nothing down any more, and settles what it did. */
const unlimited = { person: Number.MAX_SAFE_INTEGER, guest: Number.MAX_SAFE_INTEGER };

export function transcriptsOf(
	env: Env,
	shared: Omit<ConstructorParameters<typeof Transcripts>[0], "transcribe" | "reserve" | "settle" | "locate"> & {
		networks: { locate(by: Requester): Requester };
	},
	{ transcription }: Settings,
): Transcripts {
	const { members } = shared.store;
	const writerOf = (by: Requester) => ({ ...by, isGuest: members.isGuest(by.userId) });
	return new Transcripts({
		...shared,
		locate: (by) => shared.networks.locate(by),
		transcribe: transcription && ((recording) => transcribe(transcription, recording)),
		reserve: async (by, attempt) => (transcription ? reserveSpeech(env.LEDGER, writerOf(by), attempt, transcription.perDay) : "full"),
		settle: (by, fileId, seconds) => settleSpeech(env.LEDGER, writerOf(by), fileId, seconds, transcription?.perDay ?? unlimited),
	});
}
