// Opens the dialog with the conversation's invite links. The server keeps only a hash of a link's secret: the link that was created here is
// shown again for as long as the page is open.

import { type ReactNode, useState } from "react";
import { session } from "../../account/currentSession.ts";
import { createInvite, type InviteTerms } from "../../api.ts";
import { copyText } from "../../browser.ts";
import { lazyDialog } from "../../controls/lazyDialog.tsx";
import type { InviteLink } from "./InviteDialog.tsx";

const InviteDialog = lazyDialog(async () => (await import("./InviteDialog.tsx")).InviteDialog);

/** The latest link of this page by person and conversation. */
const created = new Map<string, InviteLink>();

type Options = { id: string; userId: string; nameOf(userId: string): string | undefined };

export function useInvite({ id, userId, nameOf }: Options): { open(): void; dialog: ReactNode } {
	const key = JSON.stringify([userId, id]);
	const [link, setShown] = useState<InviteLink>(created.get(key) ?? { type: "none" });
	const setLink = (link: InviteLink) => {
		created.set(key, link);
		setShown(link);
	};
	const [isOpen, setIsOpen] = useState(false);

	const create = async (terms: InviteTerms) => {
		const result = await session.call((token) => createInvite(token, id, terms));
		if ("error" in result) return setLink({ type: "refused", text: result.error.message });
		const { url, expiresAt } = result.value.invite;
		setLink({ type: "created", url, expiresAt, isCopied: await copyText(url) });
	};
	const open = () => {
		setIsOpen(true);
		if (link.type === "created") void copyText(link.url).then((isCopied) => setLink({ ...link, isCopied }));
		else setLink({ type: "none" });
	};
	const dialog = isOpen && (
		<InviteDialog
			id={id}
			link={link}
			nameOf={nameOf}
			onCreate={create}
			onEnded={() => setLink({ type: "none" })}
			onClose={() => setIsOpen(false)}
		/>
	);
	return { open, dialog };
}
