// Opens the dialog with the conversation's invite links. The server keeps only a hash of a link's secret: the link that was created here is
// shown again for as long as the page is open.

import { useState } from "react";
import { session } from "../../account/currentSession.ts";
import { createInvite, type InviteTerms } from "../../api.ts";
import { copyText } from "../../browser.ts";
import { lazyDialog } from "../../controls/lazyDialog.tsx";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import styles from "./InviteButton.module.css";
import type { InviteLink } from "./InviteDialog.tsx";

const InviteDialog = lazyDialog(async () => (await import("./InviteDialog.tsx")).InviteDialog);

/** The latest link of this page by person and conversation. */
const created = new Map<string, InviteLink>();

type Props = { id: string; userId: string; nameOf(userId: string): string | undefined };

export function InviteButton({ id, userId, nameOf }: Props) {
	const strings = useStrings();
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

	return (
		<>
			<button type="button" className={styles.invite} onClick={open}>
				<Icon name="link" />
				<span>{strings.invite}</span>
			</button>
			{isOpen && (
				<InviteDialog
					id={id}
					link={link}
					nameOf={nameOf}
					onCreate={create}
					onEnded={() => setLink({ type: "none" })}
					onClose={() => setIsOpen(false)}
				/>
			)}
		</>
	);
}
