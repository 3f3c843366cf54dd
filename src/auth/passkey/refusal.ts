// Why a passkey or a recovery code is refused: with a code for programs, a sentence for people, and a detail for the log.

import type { ErrorCode } from "../../protocol/errors.ts";

export class PasskeyRefused extends Error {
	readonly code: ErrorCode;
	/** Instead of the code's own sentence. */
	readonly sentence: string | undefined;

	/** `detail` is for the log. It must not contain a challenge, a code or a signature. */
	constructor(code: ErrorCode, detail: string, sentence?: string) {
		super(detail);
		this.code = code;
		this.sentence = sentence;
	}
}
