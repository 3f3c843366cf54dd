// Creates and copies an invite link with one press, and opens a dialog for other terms. It keeps one link for as long as the page is open.

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

export function InviteButton({ id, nameOf }: { id: string; nameOf(userId: string): string | undefined }) {
	const strings = useStrings();
	const [link, setLink] = useState<InviteLink>({ type: "none" });
	const [isOpen, setIsOpen] = useState(false);

	const create = async (terms?: InviteTerms) => {
		const result = await session.call((token) => createInvite(token, id, terms));
		if ("error" in result) return setLink({ type: "refused", text: result.error.message });
		const { url, expiresAt } = result.value.invite;
		setLink({ type: "created", url, expiresAt, isCopied: await copyText(url) });
	};
	const open = () => {
		setIsOpen(true);
		if (link.type === "created") void copyText(link.url);
		else void create();
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
					onRevoked={() => setLink({ type: "none" })}
					onClose={() => setIsOpen(false)}
				/>
			)}
		</>
	);
}
