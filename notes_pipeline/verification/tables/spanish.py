# ruff: noqa: E501 - a line of a word list is one entry; broken entries are harder to check
"""Spanish.

Source: written by hand for this project; no list was taken from elsewhere.
"""

from notes_pipeline.verification.tables.language import Language, Numbers, Thing, groups, listed, phrases, words

_UNITS = {
    word: value
    for value, word in enumerate(
        listed(
"cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
        "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
        "veintiocho veintinueve")
    )
} | {
    "veintiún": 21, "cien": 100, "ciento": 100, "doscientos": 200, "doscientas": 200, "trescientos": 300,
    "trescientas": 300, "cuatrocientos": 400, "cuatrocientas": 400, "quinientos": 500, "quinientas": 500,
    "seiscientos": 600, "seiscientas": 600, "setecientos": 700, "setecientas": 700, "ochocientos": 800,
    "ochocientas": 800, "novecientos": 900, "novecientas": 900,
}  # fmt: skip
_ORDINALS = {
    stem + ending: value
    for value, stem in enumerate(listed("primer segund tercer cuart quint sext séptim octav noven décim"), start=1)
    for ending in ("o", "a", "os", "as", "")
    if ending or stem in ("primer", "tercer")
}

SPANISH = Language(
    code="es",
    numbers=Numbers(
        units=_UNITS,
        tens={
            "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90,
        },
        hundred={},
        scales={"mil": 10**3, "millón": 10**6, "millones": 10**6},
        ordinals=_ORDINALS,
        joiners=words("y"),
        point=words("coma punto"),
        one=words("un una"),
        has_decimal_comma=True,
        ones=words("un una uno"),
        to=words("a"),
        parts={("y", "medio"): (1, 2), ("y", "media"): (1, 2), ("y", "cuarto"): (1, 4)},
        part_names={"tercios": 3, "cuartos": 4, "quintos": 5, "décimos": 10},
        hours=words("h hora horas"),
        has_bare_times=True,
    ),
    common=words("el la los las de que y en un una es no se por con para lo como pero muy yo está"),
    fillers=words("eh em ehm este mmm mm hm ah"),
    markers=phrases(
        "pues, bueno, o sea, es decir, sabes, sabe, verdad, claro, vale, mira, mire, digamos, entonces, no sé, a ver, "
        "y, pero, sí, oye, como, tipo, este, la verdad, en plan, vamos"
    ),
    negations=words(
        "no nunca jamás nada nadie ningún ninguno ninguna ningunos ningunas ni tampoco sin apenas"
    ),
    quantifiers=words(
        "todo todos toda todas cada algún alguno alguna algunos algunas varios varias mucho mucha muchos muchas poco poca "
        "pocos pocas más menos mayoría minoría mitad ambos ambas bastante bastantes demasiado demasiados siempre "
        "frecuentemente raramente sólo solo solamente alguien algo suficiente medio media entero tanto tantos"
    ),
    hedges=phrases(
        "quizás, quizá, tal vez, probablemente, posiblemente, a lo mejor, aproximadamente, más o menos, casi, alrededor, "
        "unos, unas, supongo, creo, creo que, me parece, parece, parecen, podría, podrían, debería, deberían, sería, "
        "serían, puede que, aparentemente, seguramente, ciertamente, definitivamente, generalmente, normalmente, un poco, "
        "en mi opinión, pienso que, ojalá, realmente, obviamente, habría"
    ),
    conditions=words("si salvo excepto cuando"),
    pronouns=words(
        "yo me mí mi mis tú te ti tu tus él ella ello lo la le se su sus nosotros nosotras nos nuestro nuestra vosotros os "
        "vuestro ustedes usted ellos ellas los las les esto eso aquello este esta ese esa estos esas quien"
    ),
    function_words=words(
        "el la los las un una unos unas de del a al y e o u pero que quien cual cuyo como cuando donde si porque en con por "
        "para sobre entre hasta desde hacia es soy eres somos son era eran fue fueron ser sido está estoy están estaba "
        "estar ha he has hemos han había haber hay hace hacer va voy van tengo tiene tienen puedo puede pueden debe yo tú él "
        "ella usted nosotros ellos ellas ustedes me te se lo le nos les mi tu su mis tus sus este esta ese esa eso esto muy "
        "también ya así aquí ahí allí entonces"
    ),
    units=words(
        "porcentaje euro euros céntimo céntimos dólar dólares peso pesos libra libras segundo segundos minuto minutos hora "
        "horas día días semana semanas mes meses año años trimestre trimestres siglo siglos mañana mediodía tarde noche hoy "
        "ayer metro metros kilómetro kilómetros km centímetro centímetros gramo gramos kilo kilos tonelada toneladas litro "
        "litros grado grados mil millón millones lunes martes miércoles jueves viernes sábado domingo enero febrero marzo "
        "abril mayo junio julio agosto septiembre octubre noviembre diciembre € $ £ ° minus percent"
    ),
    antonyms=groups("""
        bueno buena buenos buenas buen mejor / malo mala malos malas mal peor
        grande grandes gran / pequeño pequeña pequeños pequeñas chico
        largo larga / corto corta
        alto alta altos altas / bajo baja bajos bajas
        rápido rápida rápidamente / lento lenta lentamente despacio
        fácil fáciles sencillo sencilla / difícil difíciles complicado complicada
        temprano pronto / tarde
        viejo vieja antiguo antigua / nuevo nueva joven nuevos nuevas
        fuerte fuertes / débil débiles
        verdadero correcto cierta / falso falsa incorrecto
        caliente / frío fría
        caro cara caros / barato barata baratos
        lleno llena / vacío vacía
        abierto abierta abrir abre / cerrado cerrada cerrar cierra
        dentro / fuera
        arriba encima / abajo debajo
        antes / después
        con / sin
        más / menos
        mucho muchos mucha muchas / poco pocos poca pocas
        siempre / nunca jamás
        todo todos / nada ninguno ningún
        alguien / nadie
        algo / nada
        ganar ganado ganó gana / perder perdido perdió pierde
        subir subido subió sube aumentar aumentado aumentó aumento crecer crecido / bajar bajado bajó baja disminuir disminuido disminuyó caer caído
        empezar empezado empezó empieza comenzar inicio / terminar terminado terminó termina acabar fin
        venir vino / ir irse fue
        comprar comprado compró / vender vendido vendió
        contento contenta feliz satisfecho / descontento triste insatisfecho
        posible / imposible
        útil / inútil
        público pública / privado privada
        positivo positiva / negativo negativa
        aceptar aceptado aceptó / rechazar rechazado rechazó
        gusta encanta / odio disgusta
        izquierda / derecha
        claro / oscuro
        primero primera / último última
        permitido / prohibido
        limpio / sucio
        seguro segura / inseguro insegura peligroso
    """),
    negative_prefixes=("in", "im", "i", "des"),
    contractions={"pa": ("para",), "pa'": ("para",), "ok": ("okay",), "na'": ("nada",), "sólo": ("solo",)},
    same=groups("""
        y / and e
        o / u
        quizás / quizá
        septiembre / setiembre
    """),
    question_starts=words("qué quién quiénes cuál cuáles cómo cuándo cuánto cuántos cuánta dónde por puedes puede tienes"),
    subjects=words("yo tú él ella nosotros nosotras ustedes usted ellos ellas esto eso mi mis su sus nuestro nuestra quién qué cuándo dónde cómo"),
    determiners=words("su sus mi mis tu tus la los las lo este esta ese esa estos esas nuestro nuestra"),
    first_person=words("yo me mí mi mis"),
    second_person=words("tú te ti tu tus usted ustedes"),
    backchannels=words("sí si no claro vale ya okay ok ajá exacto exactamente bien bueno entiendo verdad de acuerdo qué interesante gracias eso es oh ah y"),
    set_off_fillers=words("este em"),
    doubtful_fillers=words("mm ah eh"),
    relatives=words("que quien quienes lo"),
    link="y",
    emphatics=words("muy tan ya sí también aquí allí ahí así"),
    doubts=words("quizás quizá"),
    currencies={"€": "€", "euro": "€", "euros": "€", "$": "$", "dólar": "$", "dólares": "$", "£": "£", "libras": "£"},
    things={"libras": Thing(money=words("esterlinas británicas peniques londres"))},
    percent=phrases("percent, por ciento, por cien"),
    accents_matter=True,
    final_accents_tell=True,
)  # fmt: skip
