/** Where the label page begins. */

import "../styles/label-page.css";
import { openLabelPage } from "./page";

const root = document.getElementById("page");
if (root) void openLabelPage(root);
