// The pinned messages of a conversation, each with a link to its place.

import { useEffect, useState } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { session } from "../../account/currentSession.ts";
import { Modal } from "../../controls/Modal.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { plainLine } from "../../list/plainLine.ts";
import search from "../../search/Search.module.css";
import { SearchResult } from "../../search/SearchResult.tsx";
import { pinsOf } from "./api.ts";

export function PinsDialog({ id, onClose }: { id: string; onClose(): void }) {
	const strings = useStrings();
	const [pins, setPins] = useState<readonly Message[]>();
	const [isFailed, setIsFailed] = useState(false);
	useEffect(() => {
		let isOpen = true;
		void session
			.call((token) => pinsOf(token, id))
			.then((result) => {
				if (!isOpen) return;
				if ("value" in result) setPins(result.value.messages);
				else setIsFailed(true);
			});
		return () => {
			isOpen = false;
		};
	}, [id]);
	const said = isFailed ? strings.unreachable : pins === undefined ? strings.loading : pins.length === 0 ? strings.noPins : "";
	return (
		<Modal title={strings.pins} onClose={onClose}>
			<p className={search.said} role="status">
				{said}
			</p>
			<ol className={search.results} aria-label={strings.pins}>
				{pins?.map((message) => (
					<SearchResult key={message.id} found={{ message, snippet: plainLine(message.content), highlights: [] }} onGo={onClose} />
				))}
			</ol>
		</Modal>
	);
}
