// The files of a conversation in one place, newest first, each with a link to its message.

import { useCallback, useEffect, useState } from "react";
import { Link } from "wouter";
import { session } from "../account/currentSession.ts";
import { Modal } from "../controls/Modal.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { pathOf } from "../paths.ts";
import { type FilesPage, filesOf } from "./api.ts";
import { FileCard } from "./FileCard.tsx";
import styles from "./FilesDialog.module.css";
import { useWords } from "./words.ts";

/** Files of one page. */
const limit = 50;

export function FilesDialog({ id, onClose }: { id: string; onClose(): void }) {
	const words = useWords();
	const strings = useStrings();
	const { files, hasMore, problem, loadMore } = useFiles(id);
	const said = problem ?? (files === undefined ? strings.loading : files.length === 0 ? words.noFiles : "");
	return (
		<Modal title={words.filesHere} onClose={onClose}>
			<p className={styles.said} role="status">
				{said}
			</p>
			<ul className={styles.files} aria-label={words.filesHere}>
				{files?.map((file) => (
					<li key={file.id}>
						<FileCard conversationId={id} file={file} hasPreview />
						<Link href={pathOf(id, file.seq)} aria-label={words.showMessage(file.name)} onClick={onClose}>
							{words.toMessage}
						</Link>
					</li>
				))}
			</ul>
			{hasMore && (
				<button type="button" className={styles.more} onClick={loadMore}>
					{words.more}
				</button>
			)}
		</Modal>
	);
}

function useFiles(id: string) {
	const [page, setPage] = useState<FilesPage>();
	const [problem, setProblem] = useState<string>();
	const load = useCallback(
		async (before?: number) => {
			const result = await session.call((token) => filesOf(token, id, { limit, ...(before !== undefined && { before }) }));
			setProblem("error" in result ? result.error.message : undefined);
			if ("value" in result) setPage((held) => ({ ...result.value, files: [...(held?.files ?? []), ...result.value.files] }));
		},
		[id],
	);
	useEffect(() => void load(), [load]);
	return { files: page?.files, hasMore: page?.hasMore ?? false, problem, loadMore: () => void load(page?.files.at(-1)?.seq) };
}
