// Single-key shortcuts of a message. They work only while the message, or something in it, has the focus, so that dictated text does
// not trigger them.

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
			if (defaultPrevented || ctrlKey || metaKey || altKey) return;
			const article = articleOf(target);
			const message = article && messages.find(({ id }) => id === article.dataset.id);
			if (!message || (key.length === 1 && !letterKeys)) return;
			const may = allowedActions(message, actions.actor);
			const copy = async () => {
				const isCopied = await copyText(message.content);
				setSaid(isCopied ? "copied" : "copyFailed");
				if (isCopied) article.animate([{ backgroundColor: "var(--mention)" }, { backgroundColor: "transparent" }], { duration: 800 });
			};
			const acts: Record<string, (() => void) | false> = {
				r: may.has("reply") && (() => actions.quote(message)),
				e: may.has("edit") && (() => actions.edit(message)),
				"+": may.has("react") && (() => article.querySelector<HTMLElement>("[aria-haspopup=dialog]")?.click()),
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

/** The message around the focus. What opens over it has keys of its own. */
function articleOf(target: EventTarget | null): HTMLElement | null {
	if (!(target instanceof Element) || target.closest("input, select, textarea, dialog, [popover]")) return null;
	return target.closest<HTMLElement>("article[data-id]");
}
