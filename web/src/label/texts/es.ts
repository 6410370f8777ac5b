/** Spanish. */

import type { Texts } from "./texts";

export const es: Texts = {
  locale: "es",
  documentTitle: (title) => `Etiquetar ${title}`,
  themeToDark: "Colores oscuros",
  themeToLight: "Colores claros",

  name: {
    title: "¿Quién etiqueta?",
    lead: "Tus respuestas se guardan con este nombre, aparte de las de los demás.",
    field: "Tu nombre",
    start: "Empezar",
    bad: "Empieza con una letra o una cifra; después letras, cifras, espacios, puntos o guiones, 40 como máximo.",
    change: (name) => `Eres ${name}. Cambiar`,
  },

  progress: (done, open) => `${done} hechas, quedan ${open}`,
  modelLooks: (seen, all) => `El modelo ha mirado ${seen} de ${all} hasta ahora.`,
  answers: "Respuestas",
  flags: "En la imagen",
  filed: "archivada así",
  isDone: "Hecha",
  hint: "¿Qué dice el modelo?",
  modelSays: (anime, cartoon) => `Modelo: anime ${anime}, dibujo animado ${cartoon}`,
  modelSaysNothing: "El modelo todavía no la ha mirado.",
  noPicture: "Esta imagen no se puede mostrar.",

  back: "Atrás",
  skip: "Saltar",
  done: "Hecha",
  shortcuts: "Atajos de teclado",

  kept: "Todo guardado",
  keeping: "Guardando…",
  waiting: (count) =>
    count === 1
      ? "1 respuesta espera en este dispositivo: el servidor no contesta"
      : `${count} respuestas esperan en este dispositivo: el servidor no contesta`,
  refused: (reason) => `El servidor rechazó una respuesta: ${reason}`,
  noServer: "El servidor no contesta. Se intenta de nuevo…",
  noKey: "A esta dirección le falta la clave. Abre el enlace completo que mostró `animeter data label`.",

  end: {
    title: "No queda nada por etiquetar",
    lead: (done) => `Has terminado con ${done}. ¡Gracias!`,
    skipped: (count) => (count === 1 ? "Saltaste 1 imagen." : `Saltaste ${count} imágenes.`),
    again: "Verlas otra vez",
    more: "Buscar nuevas",
  },

  agreement: {
    title: "Acuerdo",
    lead: "Kappa de Cohen: 1 es acuerdo pleno, 0 es lo que daría el azar.",
    nobody: "Aún no hay dos personas que hayan visto la misma imagen.",
    mark: "Pregunta",
    people: "Personas",
    same: "Misma respuesta",
    sameOf: (same, of) => `${same} de ${of}`,
    kappa: "Kappa",
    done: (who, done) => `${who}: ${done} hechas`,
    close: "Cerrar",
  },

  marks: {
    style: "Estilo",
    type: "Personaje",
    has_text: "Tiene texto",
    has_logo: "Tiene logotipo",
    empty: "Vacía",
  },
  values: {
    anime: "Anime",
    cartoon: "Dibujo animado",
    neither: "Ninguno",
    borderline: "En el límite",
    male: "Masculino",
    female: "Femenino",
    nonhuman: "No humano",
    mixed: "Varios tipos",
    none: "Nadie",
    yes: "Sí",
    no: "No",
  },
};
