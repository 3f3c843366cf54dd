// Single-key shortcuts of a message. They work only while the message has the focus, so that
// dictated text does not trigger them.

import { useEffect, useState } from "react";
import { usePreferences } from "../account/currentPreferences.ts";
import { copyText } from "../browser.ts";
import type { MessageActions } from "../conversation/message/MessageActions.ts";
import type { Messages } from "../live/messages.ts";
import { allowedActions } from "../people/permissions.ts";

/** What a key did that a screen reader has to be told. */
export function useMessageKeys(messages: Messages, actions: MessageActions): "copied" | "copyFailed" | undefined {
	const { letterKeys } = usePreferences();
	const [said, setSaid] = useState<"copied" | "copyFailed">();
	useEffect(() => {
		const press = (event: KeyboardEvent) => {
			const { target, key, ctrlKey, metaKey, altKey, defaultPrevented } = event;
			setSaid(undefined);
			if (defaultPrevented || ctrlKey || metaKey || altKey || !(target instanceof HTMLElement) || !target.matches("article[data-id]"))
				return;
			const message = messages.find(({ id }) => id === target.dataset.id);
			if (!message || (key.length === 1 && !letterKeys)) return;
			const may = allowedActions(message, actions.actor);
			const copy = async () => {
				const isCopied = await copyText(message.content);
				setSaid(isCopied ? "copied" : "copyFailed");
				if (isCopied) target.animate([{ backgroundColor: "var(--mention)" }, { backgroundColor: "transparent" }], { duration: 800 });
			};
			const acts: Record<string, (() => void) | false> = {
				r: may.has("reply") && (() => actions.quote(message)),
				e: may.has("edit") && (() => actions.edit(message)),
				"+": may.has("react") && (() => target.querySelector<HTMLElement>("[aria-haspopup=dialog]")?.click()),
				c: message.deletedAt === undefined && (() => void copy()),
				delete: may.has("delete") && (() => actions.askToDelete(message)),
			};
			const act = acts[key.toLowerCase()];
			if (!act) return;
			event.preventDefault();
			act();
		};
		addEventListener("keydown", press);
		return () => removeEventListener("keydown", press);
	}, [messages, actions, letterKeys]);
	return said;
}
