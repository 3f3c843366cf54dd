// Forks the conversation: asks for a title, and opens the fork.

import { useLocation } from "wouter";
import { limits } from "../../../../src/protocol/limits.ts";
import type { Message } from "../../../../src/protocol/message.ts";
import { session } from "../../account/currentSession.ts";
import { Dialog } from "../../controls/Dialog.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { pathOf } from "../../paths.ts";
import { fork } from "../dialogs/api.ts";
import { useWords } from "./forkWords.ts";

export function ForkDialog({ message, onClose }: { message: Message; onClose(): void }) {
	const strings = useStrings();
	const words = useWords();
	const [, navigate] = useLocation();
	const { conversationId, seq } = message;
	const create = (form: FormData) =>
		session.attempt(async (token) => {
			const result = await fork(token, conversationId, { upTo: seq, title: String(form.get("title")) });
			if ("value" in result) navigate(pathOf(result.value.conversation.id));
			return result;
		});
	return (
		<Dialog title={words.title} action={words.now} act={create} onClose={onClose}>
			<p>{words.text}</p>
			<label>
				{strings.titleLabel}
				<input name="title" placeholder={words.sameTitle} maxLength={limits.title} dir="auto" autoComplete="off" />
			</label>
		</Dialog>
	);
}
