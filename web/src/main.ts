/** Where the page begins. */

import "./styles/page.css";
import { openEngine } from "./engine/open";
import { keepOffline } from "./offline";
import { openPage } from "./ui/app";

const root = document.getElementById("page");
if (root) openPage(root, openEngine);
// After the first picture's turn: the files to keep are the same that the page just fetched.
addEventListener("load", () => void keepOffline());
