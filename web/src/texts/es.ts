/** The page in Spanish. */

import type { Texts } from "./texts";

export const es: Texts = {
  locale: "es",
  languageName: "Español",

  documentTitle: "Animeter: ¿anime o dibujos animados?",
  skipToContent: "Ir al contenido",
  language: "Idioma",
  themeToDark: "Usar colores oscuros",
  themeToLight: "Usar colores claros",

  views: { pictures: "Imágenes", camera: "Cámara", teach: "Enseñar" },

  pictures: {
    title: "¿Anime o dibujos?",
    lead: "Mira a cuál se parece, y por qué.",
    choose: "Elegir imágenes",
    hint: "También puedes arrastrarlas o pegarlas, tantas como quieras.",
    drop: "Suelta para echar un vistazo",
    samples: "O prueba con una nuestra",
    sampleNames: {
      anime: "Chica al viento",
      cartoon: "Perro en casa",
      both: "Dos en una hoja",
      landscape: "Lago de montaña",
    },
    sampleOpen: (name) => `Muestra: ${name}`,
    ofSample: (name) => `Imagen de muestra: ${name}`,
    ofPicture: (name) => `Tu imagen ${name}`,
    pasted: "Imagen pegada",
    fromCamera: "Imagen de la cámara",
  },

  loading: {
    model: "Preparando",
    percent: (percent) => `Descargando el modelo: ${percent}`,
    reading: "Mirando…",
    failed: "Animeter no pudo empezar",
    again: "Intentar de nuevo",
  },

  likeness: {
    anime: "Anime",
    cartoon: "Dibujos",
    helpTitle: "¿Qué significan los porcentajes?",
    help:
      "Cada uno dice lo probable que es que la gente llame así a la imagen. De las que reciben un " +
      "80 %, lo son unas 8 de cada 10. No suman 100 %: una imagen puede parecerse a las dos " +
      "cosas o a ninguna.",
    lessThan: (percent) => `< ${percent}`,
    moreThan: (percent) => `> ${percent}`,
  },
  verdict: {
    anime: "Parece anime",
    cartoon: "Parece de dibujos animados",
    both: "Parece ambas cosas",
    neither: "No parece ni lo uno ni lo otro",
    unsure: "Difícil de decir",
  },
  verdictWord: {
    anime: "Anime",
    cartoon: "Dibujos",
    both: "Ambos",
    neither: "Ninguno",
    unsure: "Dudoso",
  },
  verdictMeaning: {
    anime: "Está dibujada como suele dibujarse la animación japonesa.",
    cartoon: "Está dibujada como suelen ser los dibujos animados occidentales.",
    both: "Muestra ambas cosas, o su dibujo tiene de las dos.",
    neither: "Quizá sea una foto, un logotipo u otro tipo de imagen.",
    unsure: "Las señales son demasiado débiles o contradictorias.",
  },

  why: {
    title: "¿Por qué?",
    off: "Imagen",
    anime: "Lo anime",
    cartoon: "Lo de dibujos",
    legendAnime: "Por las partes rosas parece anime.",
    legendCartoon: "Por las partes doradas parece de dibujos animados.",
    legendNothing: "Nada en ella destaca en ese sentido.",
    unavailable: "No disponible para esta imagen.",
  },

  model: {
    line: (label, date) => `Modelo ${label}, hecho el ${date}`,
    here: (detail) =>
      `Funciona en este dispositivo (${detail.replace("threads", "hilos").replace("thread", "hilo")})`,
    there: "Funciona en el servidor",
    privateHere: "Tus imágenes no salen de este dispositivo.",
    privateThere:
      "Este navegador no puede ejecutar el modelo, así que las imágenes se envían al servidor de esta página.",
  },

  gallery: {
    title: (count) => (count === 1 ? "1 imagen" : `${count} imágenes`),
    progress: (done, count) => `${done} de ${count} imágenes`,
    sort: "Orden",
    byAnime: "Primero lo más anime",
    byCartoon: "Primero lo más de dibujos",
    byOrder: "Como se añadieron",
    csv: "Guardar CSV",
    json: "Guardar JSON",
    clear: "Vaciar",
    remove: (name) => `Quitar ${name}`,
    waiting: "En espera",
    failed: "No se puede leer",
    announce: (name, verdict, anime, cartoon) =>
      `${name}: ${verdict}. Anime ${anime}, dibujos ${cartoon}.`,
    announceAll: (count, failed) =>
      failed === 0
        ? `${count} imágenes listas.`
        : `${count} imágenes listas, ${failed} no se pudieron leer.`,
    announceRemoved: (name) => `${name} quitada.`,
    announceCleared: "Todas las imágenes quitadas.",
  },

  camera: {
    title: "Apunta a cualquier dibujo",
    lead: "Una pantalla, un cartel, una página. La respuesta sigue a la imagen.",
    start: "Encender la cámara",
    starting: "Encendiendo…",
    stop: "Apagar",
    freeze: "Congelar",
    resume: "Seguir",
    turn: "Girar",
    keep: "Guardar",
    kept: "Guardada entre tus imágenes.",
    video: "Lo que ve la cámara",
    speed: (perSecond) => `${perSecond} miradas por segundo`,
  },

  teach: {
    title: "Enséñale tus propias etiquetas",
    lead: "Da a cada etiqueta unas pocas imágenes. Aprende en un momento, aquí en tu navegador.",
    unavailable: "Para enseñar hace falta el modelo en tu navegador, y este no puede ejecutarlo.",
    label: (number) => `Etiqueta ${number}`,
    labelName: "Nombre de la etiqueta",
    addLabel: "Añadir etiqueta",
    removeLabel: (name) => `Quitar la etiqueta ${name}`,
    addPictures: (name) => `Añadir imágenes a ${name}`,
    addShot: (name) => `Añadir una toma de la cámara a ${name}`,
    count: (count) => (count === 1 ? "1 imagen" : `${count} imágenes`),
    learn: "Aprender",
    learning: "Aprendiendo…",
    needs: "Con dos etiquetas de nombres distintos y dos imágenes en cada una puede aprender.",
    unreadable: (count) =>
      count === 1 ? "1 no se pudo leer." : `${count} no se pudieron leer.`,
    take: "Tomar",
    done: "Listo",
    picturesShort: "Imágenes",
    learnt: (pictures, labels) => `Aprendió ${labels} etiquetas de ${pictures} imágenes.`,
    rightOnKept: (right, of) => `Probado con imágenes que no vio: ${right} de ${of} correctas.`,
    tryTitle: "Pruébalo",
    tryPicture: "Probar una imagen",
    tryHint: "Aquí aparecen los porcentajes de tus etiquetas.",
    save: "Guardar lo aprendido",
    open: "Abrir uno guardado",
    opened: (name) => `${name} abierto.`,
    nameOfHead: "mis-etiquetas",
  },

  errors: {
    empty_file: "Este archivo está vacío. Guárdalo o descárgalo otra vez.",
    unsupported_format:
      "No es una imagen que este navegador pueda abrir. Guárdala como JPEG, PNG o WebP e inténtalo de nuevo.",
    image_too_large: "Esta imagen es demasiado grande. Hazla más pequeña e inténtalo de nuevo.",
    unreadable_image: "Esta imagen está dañada. Prueba con otra copia.",
    bad_bundle: "Los archivos del modelo no encajan. Vuelve a cargar la página.",
    offline: "Parece que no hay conexión. Conéctate una vez y después funcionará sin ella.",
    busy: "El servidor tiene mucho trabajo. Inténtalo en un momento.",
    server_error: "El servidor no pudo responder. Inténtalo más tarde.",
    unsupported_browser: "Este navegador no puede ejecutar el modelo. Uno más nuevo sí.",
    disposed: "Se interrumpió. Inténtalo de nuevo.",
    camera_refused:
      "La cámara no está permitida en esta página. Permítela en los ajustes del navegador para esta página.",
    camera_missing: "No se encontró ninguna cámara en este dispositivo.",
    camera_busy: "Otro programa está usando la cámara. Ciérralo e inténtalo de nuevo.",
    camera_insecure: "La cámara necesita una dirección segura, que empiece por https.",
    head_file_bad: "Este archivo no contiene etiquetas aprendidas por Animeter.",
    head_other_model: "Estas etiquetas se aprendieron con otro modelo y no sirven para este.",
    unknown: "Algo salió mal. Inténtalo de nuevo.",
  },
};
