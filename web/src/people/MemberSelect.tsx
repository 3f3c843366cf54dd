// Chooses a person of a conversation. In a large one, those who are not known here are found on the server by name.

import { useState } from "react";
import type { Person } from "../../../src/protocol/person.ts";
import { MemberSearch } from "./MemberSearch.tsx";
import styles from "./MemberSelect.module.css";
import { usePagedMembers } from "./usePagedMembers.ts";

type Props = {
	/** Of the conversation. */
	id: string;
	label: string;
	/** Those who are known, in order. */
	people: readonly Person[];
	/** Not everybody is known. */
	isPart: boolean;
	chosen: Person | undefined;
	onChoose(person: Person | undefined): void;
	/** What it is called to choose nobody, if that is possible. */
	nobody?: string;
	/** The id of somebody who cannot be chosen. */
	except?: string;
};

export function MemberSelect({ id, label, people, isPart, chosen, onChoose, nobody, except }: Props) {
	const [search, setSearch] = useState("");
	const name = search.trim();
	const { members } = usePagedMembers(id, name, isPart && name !== "");
	const named = name === "" ? people : members.filter(({ userId }) => userId !== except);
	const isNamed = !chosen || named.some(({ userId }) => userId === chosen.userId);
	const offered = isNamed ? named : [chosen, ...named];
	return (
		<div className={styles.field}>
			<label>
				{label}
				<select value={chosen?.userId ?? ""} onChange={({ target }) => onChoose(offered.find(({ userId }) => userId === target.value))}>
					{nobody !== undefined && <option value="">{nobody}</option>}
					{offered.map(({ userId, username }) => (
						<option key={userId} value={userId}>
							{username}
						</option>
					))}
				</select>
			</label>
			{isPart && <MemberSearch onSearch={setSearch} />}
		</div>
	);
}
