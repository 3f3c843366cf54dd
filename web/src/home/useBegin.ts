// Creates a conversation for the first message that is written on the home page, and goes there.

import { useRef, useState } from "react";
import { useLocation } from "wouter";
import type { ListEntry } from "../../../src/protocol/conversation.ts";
import { session } from "../account/currentSession.ts";
import { createConversation } from "../api.ts";
import { usePersonalList } from "../list/usePersonalList.ts";
import { pathOf } from "../paths.ts";

type State = { type: "idle" } | { type: "creating" } | { type: "failed"; text: string };

/** `start`: creates a conversation, calls with its id, and goes there. It does nothing while one is being created. */
export function useBegin() {
	const list = usePersonalList();
	const [, navigate] = useLocation();
	const [state, setState] = useState<State>({ type: "idle" });
	const isCreating = useRef(false);
	/** The conversations that were listed before an attempt whose answer was lost. */
	const listedBefore = useRef<ReadonlySet<string>>(undefined);

	const start = async (onCreated: (conversationId: string) => void) => {
		if (isCreating.current) return;
		isCreating.current = true;
		setState({ type: "creating" });
		const { conversations } = list.snapshot().list;
		const id = emptyOneOf(conversations, listedBefore.current) ?? (await create(conversations));
		isCreating.current = false;
		if (id === undefined) return;
		listedBefore.current = undefined;
		setState({ type: "idle" });
		onCreated(id);
		navigate(pathOf(id));
	};
	const create = async (conversations: readonly ListEntry[]) => {
		const result = await session.call(createConversation);
		if ("value" in result) return result.value.conversation.id;
		const { code, message } = result.error;
		setState({ type: "failed", text: message });
		if (code === "unreachable") listedBefore.current ??= new Set(conversations.map(({ id }) => id));
		return undefined;
	};
	return { state, start };
}

/** The conversation that an earlier attempt may have created: it is used, so that none stays empty. */
function emptyOneOf(conversations: readonly ListEntry[], before: ReadonlySet<string> | undefined): string | undefined {
	return conversations.find(
		({ id, role, title, lastMessage }) => before?.has(id) === false && role === "owner" && title === "" && !lastMessage,
	)?.id;
}
