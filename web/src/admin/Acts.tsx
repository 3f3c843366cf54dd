// The acts of administrators, the latest first, as a list and as a file.

import { useCallback, useId, useMemo, useState } from "react";
import { actions } from "../../../src/protocol/admin/records.ts";
import { limits } from "../../../src/protocol/limits.ts";
import styles from "./AdminPage.module.css";
import { actsBefore, actsFile } from "./api.ts";
import { Download } from "./Download.tsx";
import { Pages } from "./Pages.tsx";
import { usePages } from "./usePages.ts";
import { useWords } from "./words.ts";

export function Acts() {
	const words = useWords();
	const [kind, concerned] = [useId(), useId()];
	const [action, setAction] = useState("");
	const [subject, setSubject] = useState("");
	const filter = useMemo(() => ({ action, subject: subject.trim() }), [action, subject]);
	const load = useCallback(
		async (token: string, before: number | undefined) => {
			const result = await actsBefore(token, filter, before);
			if ("error" in result) return result;
			const { acts, hasMore } = result.value;
			return { value: { entries: acts, next: hasMore ? acts.at(-1)?.id : undefined } };
		},
		[filter],
	);
	const pages = usePages(load);
	return (
		<>
			<div className={styles.fields}>
				<label htmlFor={kind}>{words.kindOfAct}</label>
				<select id={kind} value={action} onChange={({ target }) => setAction(target.value)}>
					<option value="">{words.everyAct}</option>
					{actions.map((one) => (
						<option key={one} value={one}>
							{words.actNames[one]}
						</option>
					))}
				</select>
				<label htmlFor={concerned}>{words.concerned}</label>
				<input id={concerned} type="search" maxLength={limits.id} value={subject} onChange={({ target }) => setSubject(target.value)} />
			</div>
			<Download path={actsFile(filter)} name="parley-audit.jsonl" label={words.downloadActs} />
			<Pages
				of={pages}
				label={words.parts.acts}
				empty={words.nothing}
				row={({ id, at, action, actor, actorName, subject, subjectName }) => (
					<li key={id}>
						<div className={styles.what}>
							<span>
								<Named id={actor} name={actorName} /> {words.acts[action as keyof typeof words.acts] ?? action}{" "}
								{subject !== undefined && <Named id={subject} name={subjectName} />}
							</span>
							<small>
								{words.formats.dayAndTime(Date.parse(at))}
								{subjectName !== undefined && (
									<>
										{" "}
										· <code>{subject}</code>
									</>
								)}
							</small>
						</div>
					</li>
				)}
			/>
		</>
	);
}

/** By name where it is known: several people may have one name, so that the id is there, too. */
function Named({ id, name }: { id: string; name: string | undefined }) {
	return name === undefined ? (
		<code>{id}</code>
	) : (
		<b title={id}>
			<bdi>{name}</bdi>
		</b>
	);
}
